from flask import Blueprint

from gridunion.status import models  # noqa: F401

bp = Blueprint("status", __name__)

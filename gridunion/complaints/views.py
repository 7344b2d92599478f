from flask import Blueprint

from gridunion.complaints import models  # noqa: F401

bp = Blueprint("complaints", __name__)

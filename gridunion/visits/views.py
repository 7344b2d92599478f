from flask import Blueprint

from gridunion.visits import models  # noqa: F401

bp = Blueprint("visits", __name__)

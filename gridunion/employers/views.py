from flask import Blueprint

from gridunion.employers import models  # noqa: F401

bp = Blueprint("employers", __name__)

"""Complaints go along when two files of one person become one: sealed ones too, and nobody is told of these."""

from flask_babel import lazy_gettext as _

from gridunion.complaints.models import Complaint
from gridunion.members.carrying import CARRIED, Carried

CARRIED.append(Carried(Complaint, _("诉求"), told=lambda: Complaint.sealed.is_(False)))

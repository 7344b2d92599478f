"""Starts the site: flask --app app …"""

from gridunion import create_app
from gridunion.config import plain_at_the_shell

with plain_at_the_shell():
    app = create_app()

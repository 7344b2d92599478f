"""Starts the site: flask --app app …"""

from gridunion import create_app

app = create_app()

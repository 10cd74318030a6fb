"""A small web shop: Flask, SQLite, and one bug that shows for one customer in many.

Start it from the folder above:  gunicorn -w 2 'shop.app:create_app()'
"""

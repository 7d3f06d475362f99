"""One module (or package) per source type. Found by discovery; nothing in `app` imports a module here by name.

A module offers its sources by listing the classes in `__all__`.
"""

"""The data of requests and answers. A field's description is what the schema file and the docs page have.

What comes in is plain pydantic: django-ninja's Schema takes any object, so a list passed for an empty body.
"""

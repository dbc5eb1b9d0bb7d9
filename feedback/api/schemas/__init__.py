"""The data of requests and answers. A field's description is what the schema file and the docs page have."""

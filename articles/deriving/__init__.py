"""From captures and edits to what an article shows: one place, called by every path.

The import, the editors' actions, the rebuild and the verification all come here.
"""

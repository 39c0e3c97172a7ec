"""Admission: what may still change or refuse a write that authorization has let in."""

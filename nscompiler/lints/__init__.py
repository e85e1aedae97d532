"""Lints: what a program may say and probably does not mean, and which of it somebody wants to hear.

They look at what the type checker has found out and change nothing: a program with lints builds. ``signs`` tells
quickly whether a file is worth looking at, which most are not; the rest is loaded for those alone.
"""

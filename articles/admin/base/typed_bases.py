"""Django's admin and form classes, under names that a type checker accepts as base classes.

The stubs declare type parameters that the classes do not accept at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    ModelForm = forms.ModelForm[Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    ModelForm = forms.ModelForm

__all__ = ["ModelAdmin", "ModelForm", "TabularInline"]

"""Settings of the docs site, which `make docs` builds by Sphinx."""

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
django.setup()

project = "Marginalia"
root_doc = "index"
extensions = ["myst_parser", "feedback.development.docs_site"]
exclude_patterns = ["images"]
myst_heading_anchors = 4
myst_url_schemes = ["http", "https", "mailto", "source"]
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # answers and shell lines that stand for any

html_theme = "furo"
html_title = "Marginalia"
html_favicon = str(ROOT / "feedback/static/feedback/favicon.svg")
html_static_path = ["site", "../feedback/static/feedback/fonts"]
html_css_files = ["marginalia.css"]
html_extra_path = ["quality.html"]
html_copy_source = False
html_show_copyright = False
# The colours of the portal: feedback/static/feedback/css/tokens.css.
_LIGHT = {
    "color-brand-primary": "#27409a", "color-brand-content": "#27409a", "color-brand-visited": "#1b2f78",
    "color-foreground-primary": "#1a2333", "color-foreground-secondary": "#525e75",
    "color-foreground-muted": "#525e75", "color-foreground-border": "#7d89a0",
    "color-background-primary": "#ffffff", "color-background-secondary": "#eef1f6",
    "color-background-hover": "#e6ebfa", "color-background-border": "#d5dce7",
    "color-problematic": "#a81e1e", "color-margin-line": "#ee9a90",
    "font-stack": 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
}  # fmt: skip
_DARK = {
    "color-brand-primary": "#a8bcff", "color-brand-content": "#a8bcff", "color-brand-visited": "#c6d3ff",
    "color-foreground-primary": "#e3e8f2", "color-foreground-secondary": "#a4b0c6",
    "color-foreground-muted": "#a4b0c6", "color-foreground-border": "#7482a0",
    "color-background-primary": "#181e2a", "color-background-secondary": "#0f131b",
    "color-background-hover": "#222d4d", "color-background-border": "#2d3648",
    "color-problematic": "#ff9d97", "color-margin-line": "#8f4b49",
}  # fmt: skip
html_theme_options = {"light_css_variables": _LIGHT, "dark_css_variables": _DARK}

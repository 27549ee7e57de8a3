"""The colours. Every pair of text and ground keeps WCAG AA contrast; a test computes it."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="plainspoken-dark",
    primary="#8ab8e6",
    secondary="#b9c6d3",
    accent="#e6c07b",
    warning="#e6c07b",
    error="#f2a097",
    success="#93cfa3",
    foreground="#e8eaed",
    background="#14181d",
    surface="#1e242c",
    panel="#2a323c",
    dark=True,
    text_alpha=1.0,
    variables={
        "quiet": "#a7b1bc",
        "block-cursor-background": "#8ab8e6",
        "block-cursor-foreground": "#14181d",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#8ab8e6 35%",
        "footer-key-foreground": "#8ab8e6",
        "footer-description-foreground": "#c3ccd5",
        "footer-background": "#14181d",
        "link-color": "#8ab8e6",
        "link-style": "bold",
        "link-color-hover": "#14181d",
        "link-background-hover": "#8ab8e6",
        "scrollbar": "#39434f",
        "scrollbar-hover": "#586573",
        "scrollbar-background": "#14181d",
        "scrollbar-background-hover": "#14181d",
        "scrollbar-background-active": "#14181d",
        "scrollbar-corner-color": "#14181d",
    },
)
LIGHT = Theme(
    name="plainspoken-light",
    primary="#1c5a96",
    secondary="#46525e",
    accent="#745000",
    warning="#745000",
    error="#9c241b",
    success="#1f6136",
    foreground="#1f2429",
    background="#fbfaf7",
    surface="#f0eee8",
    panel="#e4e1d9",
    dark=False,
    text_alpha=1.0,
    variables={
        "quiet": "#505a64",
        "block-cursor-background": "#1c5a96",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#1c5a96 25%",
        "footer-key-foreground": "#1c5a96",
        "footer-description-foreground": "#3b454f",
        "footer-background": "#fbfaf7",
        "link-color": "#1c5a96",
        "link-style": "bold",
        "link-color-hover": "#ffffff",
        "link-background-hover": "#1c5a96",
        "scrollbar": "#cfcabf",
        "scrollbar-hover": "#a8a294",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
        "scrollbar-corner-color": "#fbfaf7",
    },
)
THEMES = {"dark": DARK, "light": LIGHT}
DEFAULTS = {"quiet": "#808080"}
"""For a theme that is not ours."""

"""Every colour of the window, light and dark, and whether animation is allowed.

`apply_theme` puts them into the application's palette and a short style sheet. Widgets that paint
themselves use `theme_of(self.palette())`, so that they change with the palette.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

SPACING = 8
"""Grid of all layouts, pixels."""

RADIUS = 6
FOCUS_PX = 2


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #RRGGBB.

    Attributes:
        window: Behind everything.
        surface: Fields, cards and lists.
        raised: What floats above: menus, cards over photos, hovered rows.
        muted: Text of lesser weight; still 4.5 : 1 on `window` and on `surface`.
        hairline: Lines between areas.
        accent_text: Text on `accent`.
        skeleton: Where a photo will be whose colour is not known.
    """

    window: str
    surface: str
    raised: str
    text: str
    muted: str
    hairline: str
    accent: str
    accent_text: str
    danger: str
    skeleton: str


LIGHT = Theme(
    window="#FAFAF9",
    surface="#FFFFFF",
    raised="#F0F0EE",
    text="#1C1C1A",
    muted="#62615D",
    hairline="#E4E4E1",
    accent="#2F6FDE",
    accent_text="#FFFFFF",
    danger="#C5372C",
    skeleton="#E6E6E3",
)
DARK = Theme(
    window="#161615",
    surface="#1F1F1D",
    raised="#2A2A28",
    text="#EDEDEB",
    muted="#A6A5A0",
    hairline="#30302D",
    accent="#6EA1FF",
    accent_text="#10141D",
    danger="#FF8A80",
    skeleton="#2B2B29",
)
SURROUND = DARK
"""Theme around a photo that fills the window, whatever the other theme."""

CHOICES = ("system", "light", "dark")


def theme_of(palette: QPalette) -> Theme:
    """Return the theme a palette was made from."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def chosen_theme(choice: str) -> Theme:
    """Return the theme of one of `CHOICES`; the system's current one for "system"."""
    if choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def apply_theme(app: QApplication, theme: Theme) -> None:
    app.setStyle("Fusion")
    app.setPalette(palette_of(theme))
    app.setStyleSheet(style_sheet(theme))


def palette_of(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.Light: theme.raised,
        role.Mid: theme.hairline,
        role.Midlight: theme.hairline,
        role.Dark: theme.hairline,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.BrightText: theme.danger,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
    }
    palette = QPalette()
    for one, colour in colours.items():
        palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(theme.muted))
    return palette


def style_sheet(theme: Theme) -> str:
    """Make the style sheet for what a palette cannot express.

    `[quiet="true"]`, `[primary="true"]` and `[danger="true"]` are properties of buttons,
    `[muted="true"]`, `[danger="true"]` and `[heading="true"]` of labels, `[completions="true"]` of
    lists below a field, `[popup="true"]` of frames that open below something.
    """
    return f"""
    * {{ outline: none; }}
    QToolTip {{ background: {theme.raised}; color: {theme.text};
        border: 1px solid {theme.hairline}; padding: 4px 6px; }}
    QLabel[muted="true"] {{ color: {theme.muted}; }}
    QLabel[danger="true"] {{ color: {theme.danger}; }}
    QLabel[heading="true"] {{ font-size: 19px; font-weight: 600; }}
    QLineEdit, QPlainTextEdit, QTextEdit, QComboBox {{
        background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.hairline};
        border-radius: {RADIUS}px; padding: 5px 8px; placeholder-text-color: {theme.muted};
        selection-background-color: {theme.accent};
        selection-color: {theme.accent_text}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus {{
        border: {FOCUS_PX}px solid {theme.accent}; padding: 4px 7px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QPushButton, QToolButton {{ background: {theme.surface}; color: {theme.text};
        border: 1px solid {theme.hairline}; border-radius: {RADIUS}px; padding: 5px 12px; }}
    QToolButton {{ padding: 4px 6px; }}
    QPushButton:hover, QToolButton:hover {{ background: {theme.raised}; }}
    QPushButton:focus, QToolButton:focus {{
        border: {FOCUS_PX}px solid {theme.accent}; padding: 4px 11px; }}
    QToolButton:focus {{ padding: 3px 5px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {theme.muted}; }}
    QToolButton[popupMode="2"] {{ padding: 4px 22px 4px 10px; }}
    QToolButton[popupMode="2"]:focus {{ padding: 3px 21px 3px 9px; }}
    QToolButton::menu-indicator {{ subcontrol-origin: padding;
        subcontrol-position: right center; right: 8px; }}
    QToolButton:checked {{ background: {theme.raised}; }}
    QPushButton[primary="true"], QPushButton[primary="true"]:hover {{
        background: {theme.accent}; color: {theme.accent_text}; border-color: {theme.accent}; }}
    QPushButton[primary="true"]:disabled {{
        background: {theme.raised}; color: {theme.muted}; border-color: {theme.raised}; }}
    QPushButton[primary="true"]:focus {{ border: {FOCUS_PX}px solid {theme.text}; }}
    QPushButton[danger="true"] {{ color: {theme.danger}; }}
    QPushButton[quiet="true"], QToolButton[quiet="true"] {{
        background: transparent; border-color: transparent; }}
    QPushButton[quiet="true"]:hover, QToolButton[quiet="true"]:hover {{
        background: {theme.raised}; }}
    QPushButton[quiet="true"]:focus, QToolButton[quiet="true"]:focus {{
        border: {FOCUS_PX}px solid {theme.accent}; }}
    QMenu {{ background: {theme.raised}; color: {theme.text};
        border: 1px solid {theme.hairline}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.accent_text}; }}
    QMenu::indicator {{ width: 8px; height: 8px; border-radius: 4px; margin-left: 10px; }}
    QMenu::indicator:checked {{ background: {theme.accent}; }}
    QMenu::indicator:checked:selected {{ background: {theme.accent_text}; }}
    QMenu::item:disabled {{ color: {theme.muted}; }}
    QMenu::separator {{ height: 1px; background: {theme.hairline}; margin: 4px 8px; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
    QScrollBar::handle {{ background: {theme.hairline}; border-radius: 4px; margin: 2px;
        min-height: 32px; min-width: 32px; }}
    QScrollBar::handle:hover {{ background: {theme.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QTreeView, QListView, QTableView {{ background: {theme.window}; border: none; }}
    QTreeView {{ border: {FOCUS_PX}px solid transparent; border-radius: {RADIUS}px; }}
    QTreeView:focus, QListView:focus, QTableView:focus {{
        border: {FOCUS_PX}px solid {theme.accent}; border-radius: {RADIUS}px; }}
    QListView[completions="true"] {{ background: {theme.raised};
        border: 1px solid {theme.hairline}; border-radius: 0; padding: 4px; }}
    QListView[completions="true"]::item {{ padding: 4px 8px; }}
    QListView[completions="true"]::item:selected {{
        background: {theme.accent}; color: {theme.accent_text}; }}
    QFrame[popup="true"] {{ background: {theme.raised}; border: 1px solid {theme.hairline}; }}
    QHeaderView::section {{ background: {theme.window}; color: {theme.muted}; border: none;
        border-bottom: 1px solid {theme.hairline}; padding: 4px 8px; }}
    QProgressBar {{ background: {theme.raised}; border: none; border-radius: 2px;
        max-height: 4px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 2px; }}
    QSlider::groove:horizontal {{ background: {theme.hairline}; height: 4px; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {theme.accent}; width: 14px; height: 14px;
        margin: -5px 0; border-radius: 7px; }}
    QSlider:focus {{ border: {FOCUS_PX}px solid {theme.accent}; border-radius: {RADIUS}px; }}
    QCheckBox::indicator:unchecked {{ border: 1px solid {theme.muted}; border-radius: 2px;
        width: 12px; height: 12px; }}
    QCheckBox:focus, QRadioButton:focus {{ border: {FOCUS_PX}px solid {theme.accent};
        border-radius: 4px; }}
    QTabBar::tab {{ padding: 6px 12px; color: {theme.muted}; border: none; }}
    QTabBar::tab:selected {{ color: {theme.text};
        border-bottom: {FOCUS_PX}px solid {theme.accent}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {theme.hairline}; }}
    """


def motion_allowed(widget: QWidget) -> bool:
    """Whether the system allows animation: its style reports a duration above 0."""
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return widget.style().styleHint(hint, None, widget) > 0

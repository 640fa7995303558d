"""The stylesheet of the window: the shape of buttons, fields, tabs and lists, with the colours of a theme put in.

Rules: names no colour itself. A widget asks for a look with the dynamic property `role`, as in
`widget.setProperty("role", "primary")`: primary, flat, chip for buttons; title, heading, muted, small, stale for
labels; panel, bar, card, offer for frames. `fault` = true marks a field that holds something wrong. Sizes are in pixels
where they are gaps and borders; the size of text is the application's font and `theme.font`.
"""

from collections.abc import Mapping
from string import Template

from PySide6.QtGui import QColor

from p4lab.resources import asset

_RULES = Template("""
QMainWindow, QDialog, QStatusBar, QMenuBar, QToolBar, QDockWidget, QStackedWidget { background: $window; color: $text; }
QWidget:disabled { color: $faint; }
QToolTip { background: $field; color: $text; border: 1px solid $outline; padding: 5px 7px; }

QFrame[role="panel"] { background: $window; border: none; }
QFrame[role="bar"] { background: $window; border: none; border-top: 1px solid $line; }
QFrame[role="card"] { background: $window; border: 1px solid $line; border-radius: 10px; }
QFrame[role="offer"] {
    background: $accent_soft; border: 1px solid $accent; border-radius: 9px; margin-top: 8px;
}
QFrame[role="card"]:hover { border-color: $accent; }
QLabel { background: transparent; }
QLabel[role="title"] { font-weight: 700; }
QLabel[role="heading"] { font-weight: 700; }
QLabel[role="muted"], QLabel[role="small"] { color: $muted; }
QLabel[role="stale"] { color: $stale_text; }

QPushButton, QToolButton {
    background: $field; color: $text; border: 1px solid $outline; border-radius: 7px; padding: 5px 12px;
}
QToolButton { padding: 5px 8px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {
    background: $accent_soft; color: $accent_text; border-color: $accent;
}
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:checked:focus, QToolButton:checked:focus { border-color: $text; }
QPushButton:disabled, QToolButton:disabled { color: $faint; border-color: $line; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 700; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $track; color: $faint; border-color: $line; }
QPushButton[role="flat"], QToolButton[role="flat"] { background: transparent; border-color: transparent; }
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover { background: $hover; }
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus { border-color: $accent; }
QToolButton[role="palette"] {
    background: transparent; border-color: transparent; padding: 3px 3px 2px 3px; min-width: 30px; color: $muted;
}
QToolButton[role="palette"]:hover { background: $hover; }
QToolButton[role="palette"]:checked { background: $accent_soft; color: $accent_text; border-color: $accent; }
QToolButton[role="palette"]:focus { border-color: $accent; }
QToolButton[role="palette"]:checked:focus { border-color: $text; }
QToolButton[role="palette"]:disabled { color: $faint; }
QToolBarExtension { background: $field; border: 1px solid $outline; border-radius: 5px; min-height: 14px; }
QToolBar#palette { border-bottom: none; border-right: 1px solid $line; padding: 5px 4px; spacing: 2px; }
QPushButton[role="chip"], QToolButton[role="chip"] { border-radius: 10px; padding: 2px 9px; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit {
    background: $field; color: $text; border: 1px solid $outline; border-radius: 7px; padding: 5px 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border-color: $accent;
}
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover { background: $hover; }
QLineEdit[fault="true"], QAbstractSpinBox[fault="true"], QComboBox[fault="true"] { border-color: $stale; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { color: $faint; border-color: $line; }
QComboBox { padding-right: 4px; }
QAbstractSpinBox { padding-right: 20px; min-width: 88px; }
QAbstractSpinBox QLineEdit { border: none; border-radius: 0; padding: 0 0 0 6px; background: transparent; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: url("$icons/down.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $window; color: $text; border: 1px solid $outline; padding: 3px; outline: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 18px; background: transparent; }
QAbstractSpinBox::up-arrow { image: url("$icons/up.svg"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("$icons/down.svg"); width: 10px; height: 10px; }

QCheckBox, QRadioButton { background: transparent; spacing: 7px; color: $text; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid $outline; background: $field;
}
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/check.svg"); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: $accent; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab {
    background: transparent; color: $muted; border: none; border-bottom: 3px solid transparent;
    padding: 9px 12px 7px 12px;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; font-weight: 700; border-bottom-color: $accent; }
QTabBar::tab:selected:focus { color: $accent_text; border-bottom-color: $text; }

QMenuBar { background: $window; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 5px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $window; color: $text; border: 1px solid $outline; padding: 5px; }
QMenu::item { padding: 5px 24px 5px 22px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QStatusBar { border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QToolBar { border: none; border-bottom: 1px solid $line; spacing: 6px; padding: 4px; }
QDockWidget { titlebar-close-icon: url("$icons/close.svg"); }
QDockWidget::title { background: $window; padding: 7px 10px; border-bottom: 1px solid $line; }
QMainWindow::separator, QSplitter::handle { background: $line; }
QMainWindow::separator:hover, QSplitter::handle:hover { background: $accent; }
QMainWindow::separator { width: 2px; height: 2px; }
QSplitter::handle:horizontal { width: 2px; }
QSplitter::handle:vertical { height: 2px; }

QAbstractItemView {
    background: $window; alternate-background-color: $field; color: $text; gridline-color: $line;
    border: 1px solid transparent;
    selection-background-color: $accent_soft; selection-color: $text; outline: 0;
}
QAbstractItemView::item { padding: 2px 4px; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $window; }
QHeaderView::section {
    background: $window; color: $muted; border: none; border-bottom: 1px solid $line; padding: 5px 6px;
}
QTableCornerButton::section { background: $window; border: none; }
QScrollArea, QAbstractScrollArea { background: $window; border: 1px solid transparent; }
QAbstractItemView:focus, QScrollArea:focus, QTextBrowser:focus, QGraphicsView:focus { border-color: $accent; }
QScrollArea[role="page"], QScrollArea[role="page"]:focus { border: none; }
QScrollArea > QWidget > QWidget { background: $window; }
QTextBrowser { background: $window; border: 1px solid transparent; }
QTextBrowser:focus { border-color: $accent; }

QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 11px; }
QScrollBar:horizontal { height: 11px; }
QScrollBar::handle { background: $outline; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 4px; background: $track; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: $outline; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; background: $window; border: 2px solid $accent;
}
QSlider::handle:horizontal:hover { background: $accent_soft; }
QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { border-color: $outline; }
QProgressBar {
    background: $track; color: $text; border: none; border-radius: 4px; text-align: center; min-height: 8px;
}
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QGroupBox { border: 1px solid $line; border-radius: 8px; margin-top: 16px; padding: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; color: $muted; }
""")


def stylesheet(colours: Mapping[str, QColor]) -> str:
    """The rules with `colours` put in by name. Raises KeyError for a name that a rule needs and is not there."""
    names = {name: colour.name() for name, colour in colours.items()}
    return _RULES.substitute(names, icons=asset("icons/down.svg").parent.as_posix())

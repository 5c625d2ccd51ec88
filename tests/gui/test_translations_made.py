"""From the texts in the code to a window in another language."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.search.header import ResultsHeader
from photofind.gui.wording import localized, tr

SCRIPT = Path(__file__).parents[2] / "packaging" / "translations.py"

IN_GERMAN = {
    "1 new photo – show it": "1 neues Foto – zeigen",
    "All photos": "Alle Fotos",
    "Thumbnail size": "Größe der Vorschaubilder",
    "Built in – works now": "Eingebaut – geht sofort",
}


def _make(folder: Path, *options: str) -> None:
    subprocess.run([sys.executable, SCRIPT, "de", "--folder", folder, *options], check=True)


def _translate(texts: Path) -> None:
    """Translate texts as a translator does."""
    tree = ET.parse(texts)
    for message in tree.iter("message"):
        source, translation = message.find("source"), message.find("translation")
        assert source is not None
        assert translation is not None
        if source.text in IN_GERMAN:
            translation.text = IN_GERMAN[source.text]
            translation.attrib.pop("type", None)
    tree.write(texts, "utf-8", xml_declaration=True)


@pytest.fixture
def translated(tmp_path: Path) -> Path:
    _make(tmp_path)
    _translate(tmp_path / "photofind_de.ts")
    return tmp_path


def test_that_the_window_speaks_what_was_translated(
    translated: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    _make(translated, "--release")
    translator = QTranslator(qapp)
    assert translator.load(str(translated / "photofind_de.qm"))
    header = ResultsHeader()
    qtbot.addWidget(header)

    qapp.installTranslator(translator)
    try:
        header.show_new(1)
        said = [tr("All photos"), localized("Thumbnail size"), localized("Built in – works now")]
    finally:
        qapp.removeTranslator(translator)

    assert header.new_button.text() == "1 neues Foto – zeigen"
    assert said == ["Alle Fotos", "Größe der Vorschaubilder", "Eingebaut – geht sofort"]


def test_that_what_was_translated_stays_when_texts_are_listed_again(translated: Path) -> None:
    _make(translated)

    messages = ET.parse(translated / "photofind_de.ts").iter("message")
    done = {
        message.findtext("source"): message.findtext("translation")
        for message in messages
        if message.findtext("translation")
    }
    assert done == IN_GERMAN

"""What the documents tell people to type is what CI runs."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commands(document: str) -> list[str]:
    text = (ROOT / document).read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def test_every_command_of_the_readme_is_run_by_ci() -> None:
    run_by_ci = (ROOT / ".ci" / "run").read_text().splitlines()
    told = commands("README.md")
    assert told, "the README tells no command"
    assert [command for command in told if command not in run_by_ci] == []


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        target
        for page in documents
        for target in re.findall(r"(?:^|`)make ([a-z][a-z0-9-]+)", page.read_text(), re.MULTILINE)
    }
    assert "demo" in named
    assert named - targets == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in documents
        for target in re.findall(r"\]\(([^)#]+)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []

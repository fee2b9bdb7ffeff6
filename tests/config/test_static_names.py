"""Names of static files: modules import each other by the digest of what they hold."""

from __future__ import annotations

from pathlib import Path

from kundenakte.config.static_names import StaticNames


def _named(folder: Path, **files: str) -> dict[str, str]:
    for name, text in {"web/app.js": 'import { a } from "./part.js";\n', **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    storage = StaticNames(location=folder, base_url="/static/")
    found = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.js"))]
    done = list(storage.post_process({name: (storage, name) for name in found}))
    assert not [one for one in done if isinstance(one[2], Exception)]
    return dict(storage.hashed_files)


def test_a_module_that_changes_changes_the_names_of_those_that_import_it(tmp_path: Path) -> None:
    files = {"web/part.js": "export const a = 1;\n", "package/lib.js": 'import "./missing.js";\n'}
    before = _named(tmp_path / "before", **files)
    made = (tmp_path / "before" / before["web/app.js"]).read_text(encoding="utf-8")
    assert f'"./{Path(before["web/part.js"]).name}"' in made
    after = _named(tmp_path / "after", **files | {"web/part.js": "export const a = 2;\n"})
    assert before["web/part.js"] != after["web/part.js"]
    assert before["web/app.js"] != after["web/app.js"]
    # Packages name files they do not bring; they stay as they are.
    assert before["package/lib.js"] == after["package/lib.js"]

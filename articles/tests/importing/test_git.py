"""Git repositories: files at HEAD, and no effect of the repository's own configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from unittest import mock

import pytest

from articles.importing.readers.git import objects
from articles.models import Article, ImportRun, Sighting
from articles.tests.support.import_runs import ProcessArchive, run_import
from articles.tests.support.packed_sources import blob, commit, git, good_posts, pack
from articles.tests.support.post_files import STORY_URL, make_post, write_post

pytestmark = pytest.mark.django_db
_POST = make_post(url=f"{STORY_URL}/other")

#: Configuration values that git may run as a command.
COMMANDS = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.gitProxy",
    "core.askPass", "core.alternateRefsCommand", "diff.external", "diff.x.command",
    "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "filter.x.process",
    "credential.helper", "gpg.program", "gpg.ssh.program", "pager.ls-tree", "pager.cat-file",
    "uploadpack.packObjectsHook", "alias.ls-tree", "alias.cat-file", "remote.x.vcs",
    "remote.x.uploadpack", "sequence.editor", "trailer.x.command", "merge.x.driver",
    "interactive.diffFilter", "browser.x.cmd", "man.x.cmd", "mergetool.x.cmd", "sendemail.x",
    "init.templateDir",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["git", "bare"])
def test_commit_is_recorded_in_the_run(tmp_path: Path, kind: str) -> None:
    source = pack(kind, good_posts(), tmp_path)
    head = git("rev-parse", "HEAD", folder=source)
    assert run_import(source, "--root=posts").exit_code == 0
    assert ImportRun.objects.get().commits == [{"root": "posts", "commit": head}]


def test_commit_is_reported_in_a_line_of_its_own(tmp_path: Path) -> None:
    source = pack("git", good_posts(), tmp_path)
    archive = ProcessArchive(tmp_path)
    out, err = archive.start("import_posts", source, "--dry-run").communicate(timeout=60)
    head = git("rev-parse", "HEAD", folder=source)
    assert f"posts: a git repository, read at commit {head}" in err.decode()
    out, _ = archive.start("import_posts", source, "--format=json").communicate(timeout=60)
    assert f'{{"type": "commit", "root": "posts", "commit": "{head}"}}' in out.decode()


def test_head_is_read_instead_of_the_work_tree(tmp_path: Path) -> None:
    source = pack("git", good_posts(2), tmp_path)
    first, second = good_posts(2)
    (source / first).write_bytes(_POST)
    (source / second).unlink()
    write_post(source, "2021-01-15-new.md", make_post(url=f"{STORY_URL}/new"))
    assert run_import(source).summary["created"] == 2
    assert set(Article.objects.values_list("url", flat=True)) == {
        f"{STORY_URL}/good/0", f"{STORY_URL}/good/1",
    }  # fmt: skip


def test_folder_inside_a_checkout_is_read_from_disk(tmp_path: Path) -> None:
    source = pack("git", good_posts(2, "_posts/"), tmp_path)
    write_post(source / "_posts", "2021-01-15-new.md", make_post(url=f"{STORY_URL}/new"))
    assert run_import(source / "_posts").summary["created"] == 3
    assert ImportRun.objects.get().commits == []


def test_after_the_next_commit_only_changed_files_are_read(tmp_path: Path) -> None:
    source = pack("git", good_posts(3), tmp_path)
    run_import(source)
    (source / next(iter(good_posts()))).write_bytes(_POST)
    commit(source)
    with mock.patch.object(objects, "read_object", wraps=objects.read_object) as read:
        result = run_import(source)
    assert (result.summary["created"], result.summary["unchanged"]) == (1, 2)
    assert read.call_count <= 2  # for the memo, and for the post


@pytest.mark.parametrize("form", ["packed", "tag", "detached", "branch", "worktree", "shallow"])
def test_head_is_resolved_in_every_form(tmp_path: Path, form: str) -> None:
    source = pack("git", good_posts(2), tmp_path)
    if form == "packed":
        git("gc", "--quiet", "--prune=now", folder=source)
        assert not (source / ".git" / "refs" / "heads" / "master").exists()
    elif form == "tag":
        git("tag", "--annotate", "--message", "t", "v1", folder=source)
        git("checkout", "--quiet", "v1", folder=source)
    elif form == "detached":
        git("checkout", "--quiet", "--detach", folder=source)
    elif form == "branch":
        git("checkout", "--quiet", "-b", "a/名", folder=source)
    elif form == "worktree":
        git("worktree", "add", "--quiet", str(tmp_path / "tree"), folder=source)
        source = tmp_path / "tree"
    else:
        git("clone", "--quiet", "--depth=1", f"file://{source}", str(tmp_path / "c"), folder=source)
        source = tmp_path / "c"
    result = run_import(source)
    assert (result.exit_code, result.summary["created"]) == (0, 2), result.files
    assert ImportRun.objects.get().commits[0]["commit"] == git("rev-parse", "HEAD", folder=source)


def test_sha256_repository(tmp_path: Path) -> None:
    pack("folder", good_posts(2), tmp_path)
    git("init", "--quiet", "--object-format=sha256", folder=tmp_path / "posts")
    commit(tmp_path / "posts")
    for _ in range(2):
        assert run_import(tmp_path / "posts").exit_code == 0
    assert Sighting.objects.count() == 2


def test_no_configured_command_is_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    command = f"touch {canary}; false"
    source = pack(
        "git", {**good_posts(), ".gitattributes": b"* filter=x diff=x merge=x\n"}, tmp_path
    )
    config = source / ".git" / "config"
    sections = [tuple(key.rsplit(".", 1)) for key in COMMANDS]
    text = "".join(
        f'[{section.partition(".")[0]} "{section.partition(".")[2]}"]\n\t{name} = "{command}"\n'
        if "." in section
        else f'[{section}]\n\t{name} = "{command}"\n'
        for section, name in sections
    )
    remote = f"ext::touch {canary}"
    config.write_text(
        f"{config.read_text()}{text}[core]\n\trepositoryFormatVersion = 1\n"
        "[extensions]\n\tpartialClone = origin\n"
        f'[remote "origin"]\n\tpromisor = true\n\turl = "{remote}"\n'
        "[protocol]\n\tallow = always\n"
    )
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        path = source / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)
    (source / ".git" / "info").mkdir(exist_ok=True)
    (source / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    key = git("rev-parse", f"HEAD:{next(iter(good_posts()))}", folder=source)
    missing = source / ".git" / "objects" / key[:2] / key[2:]  # what a partial clone would fetch
    hidden = missing.with_suffix(".away")
    answers = [run_import(source)]
    missing.rename(hidden)
    answers.append(run_import(source, "--force"))
    assert [result.exit_code for result in answers] == [0, 3]
    assert not canary.exists()
    for asked in (["status"], ["ls-tree", "-r", "-l", "HEAD"]):  # others do run it
        subprocess.run(["git", *asked], cwd=source, capture_output=True, check=False)
        assert canary.exists(), asked
        canary.unlink()


def test_configuration_is_not_opened(tmp_path: Path) -> None:
    source = pack("git", good_posts(), tmp_path)
    (source / ".git" / "config").write_bytes(b"\0[no configuration\n")
    with pytest.raises(subprocess.CalledProcessError):
        git("ls-tree", "HEAD", folder=source)
    assert run_import(source).summary["created"] == 2


def test_git_variables_of_the_environment_are_not_inherited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = pack("git", good_posts(), tmp_path)
    canary = tmp_path / "canary"
    for name, value in {
        "GIT_DIR": "/nowhere", "GIT_OBJECT_DIRECTORY": "/nowhere", "GIT_EXEC_PATH": "/nowhere",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "alias.ls-tree",
        "GIT_CONFIG_VALUE_0": f"!touch {canary}", "GIT_TRACE": str(canary),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert run_import(source).summary["created"] == 2
    assert not canary.exists()


def test_repository_of_another_owner_is_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    source = pack("git", good_posts(), tmp_path)
    for path in [source, *source.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert run_import(source).summary["created"] == 2


def test_replacements_and_grafts_are_ignored(tmp_path: Path) -> None:
    source = pack("git", good_posts(), tmp_path)
    first = next(iter(good_posts()))
    old = git("rev-parse", f"HEAD:{first}", folder=source)
    git("replace", old, blob(source, _POST), folder=source)
    run_import(source)
    assert not Article.objects.filter(url=f"{STORY_URL}/other").exists()


def test_git_processes_end_with_the_import(tmp_path: Path) -> None:
    run_import(pack("git", good_posts(), tmp_path))
    assert objects._cat_file_processes == {}

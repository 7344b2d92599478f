"""python -m gridunion.new_keys FILE: a new key ring, which a production start does not make by itself."""

from pathlib import Path

import click

from gridunion import keys


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def make(file: Path) -> None:
    """Make a key file."""
    if file.exists():
        raise click.ClickException(f"{file} 已经有了，没有改动。")
    try:
        keys.new().save(file)
    except OSError as problem:
        raise click.ClickException(f"{file} 写不了：{problem.strerror}。") from problem
    click.echo(f"密钥文件做好了：{file}。请另存一份到保险的地方，丢了谁也打不开加密的内容。")


if __name__ == "__main__":
    make(prog_name="python -m gridunion.new_keys")

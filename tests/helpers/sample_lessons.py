"""Tiny lessons for the tests of the teaching tools."""

from pathlib import Path

CATALOGUE = """lessons:
  - name: 01_good
    title: A good lesson
    question: Does one plus one make two?
    document: homework
    minutes: 5
    needs: []
    budget_s: {smoke: 60, mini: 60, paper: 60}
    memory_mb: 500
  - name: 02_broken
    title: A broken lesson
    question: What happens when a lesson fails?
    document: homework
    minutes: 5
    needs: []
    budget_s: {smoke: 60, mini: 60, paper: 60}
    memory_mb: 500
"""

GOOD = '''# %% [markdown]
# # A good lesson
# One plus one.

# %% tags=["parameters"]
profile = "smoke"
data = "mini:cartoon"
seeds = [0, 1]
rate = 0.1

# %% [markdown]
# Write the sum.

# %% tags=["exercise"]
def add(a, b):
    """Sum of two numbers."""
    # solution
    secret_total = a + b
    return secret_total
    # end solution


# %% tags=["checked"]
print("one")
print({"a", "b"} == {"b", "a"}, profile, seeds, rate)

# %% [markdown] tags=["solution-only"]
# Only for those who looked.

# %% tags=["solution-only", "report"]
from IPython.display import HTML

HTML("<table><tr><td>secret table</td></tr></table>")

# %% tags=["checked"]
print(type(add(1, 1)).__name__)

# %%
import sys

print("noise", file=sys.stderr)
print("after the noise")
'''

BROKEN = """# %% [markdown]
# # A broken lesson

# %% tags=["parameters"]
profile = "smoke"
data = "mini:cartoon"
seeds = 1

# %% tags=["checked"]
print("before")

# %% tags=["checked"]
raise RuntimeError("the rate is far too high")
"""


def write_lessons(folder: Path, **sources: str) -> Path:
    """A notebooks folder with the sample catalogue and these sources, by name."""
    (folder / "source").mkdir(parents=True, exist_ok=True)
    (folder / "lessons.yml").write_text(CATALOGUE, encoding="utf-8")
    for name, text in ({"01_good": GOOD, "02_broken": BROKEN} | {k.lstrip("_"): v for k, v in sources.items()}).items():
        (folder / "source" / f"{name}.py").write_text(text, encoding="utf-8")
    return folder

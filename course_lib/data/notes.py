"""What was found when a folder of images was read: files left out, copies dropped, parts that the folder has itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

PARTS = ("train", "val", "test")
_NAMED = 5  # files that one sentence names; of more it gives the number


@dataclass(frozen=True)
class FolderNotes:
    """Record of a folder that was read.

    Attributes:
        num_read: number of images in the class folders or the table, dropped copies included.
        left_out: number of files of kinds that are not read, by suffix in lower case (``""``: none), the most first.
        beside: images that lie outside every class folder and were left out; paths below the folder.
        dropped_duplicates: (kept, dropped) names of images with the same pixels.
        given_parts: those of ``("train", "val", "test")`` that the folder or the table has itself.
        parts: the part of each image by its name, where a table gives it.
    """

    num_read: int
    left_out: dict[str, int] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    dropped_duplicates: list[tuple[str, str]] = field(default_factory=list)
    given_parts: tuple[str, ...] = ()
    parts: dict[str, str] = field(default_factory=dict, repr=False)

    def sentences(self, copies: Sequence[tuple[str, str]] = ()) -> list[str]:
        """The record in words, a sentence for each thing that a user should know; none where nothing is remarkable.

        Args:
            copies: (first, copy) names of images with the same pixels that were not dropped, see `find_duplicates`.
        """
        said = [self._about_parts(), self._about_left_out(), self._about_beside()]
        said.append(_about_copies(copies, "image is an exact copy of another", "images are exact copies of others"))
        said.append(_about_copies(self.dropped_duplicates, "exact copy was dropped", "exact copies were dropped"))
        return [sentence for sentence in said if sentence]

    def _about_parts(self) -> str:
        if not self.given_parts:
            return ""
        what, end = ("table", "") if self.parts else ("folder", "/")
        given = list_words([f"{part}{end}" for part in self.given_parts])
        made = [part for part in PARTS if part not in self.given_parts]
        rest = f"; {list_words(made)} {'is' if len(made) == 1 else 'are'} split off train{end}" if made else ""
        verb = "is" if len(self.given_parts) == 1 else "are"
        return f"the {what} is split already: {given} {verb} used as such{rest}"

    def _about_left_out(self) -> str:
        total = sum(self.left_out.values())
        kinds = ", ".join(f"{count} {suffix or 'without a suffix'}" for suffix, count in self.left_out.items())
        what = (
            "file is of a kind that is not read and was"
            if total == 1
            else "files are of kinds that are not read and were"
        )
        return f"{total} {what} left out: {kinds}" if total else ""

    def _about_beside(self) -> str:
        if not self.beside:
            return ""
        one, names = len(self.beside) == 1, name_some([f"'{name}'" for name in self.beside])
        what = "image lies beside the class folders and was" if one else "images lie beside the class folders and were"
        return f"{len(self.beside)} {what} left out: {names}"


def _about_copies(pairs: Sequence[tuple[str, str]], one: str, many: str) -> str:
    named = name_some([f"'{copy}' (of '{first}')" for first, copy in pairs])
    return f"{len(pairs)} {one if len(pairs) == 1 else many}: {named}" if pairs else ""


def list_words(words: list[str]) -> str:
    """Join words by commas and a last "and"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def name_some(names: list[str]) -> str:
    """Join the first names by commas, and say how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")

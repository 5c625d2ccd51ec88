"""Tags whose photo is gone, and the photos they may belong to."""

from collections.abc import Sequence

from rich.text import Text

from photofind.cli.output import out, print_json, shown
from photofind.library import Library
from photofind.store.continuity import Offer, Orphan
from photofind.store.successions import Verdict


def answer_offers(library: Library, accept: Sequence[int], decline: Sequence[int]) -> None:
    """Accept or decline offers; `BadInputError` for one not open, earlier ones are kept."""
    for offer in accept:
        library.catalogue.continuity.accept(offer)
    for offer in decline:
        library.catalogue.continuity.decline(offer)


def print_orphans(library: Library, as_json: bool) -> None:
    offers, orphans = library.catalogue.continuity.offers(), library.catalogue.continuity.orphans()
    if as_json:
        print_json(
            {
                "offers": [_offer_document(offer) for offer in offers],
                "orphaned": [_orphan_document(orphan) for orphan in orphans],
            }
        )
        return
    if not orphans:
        out.print("Every tag of yours is on a photo that is there.")
    for offer in offers:
        _print_offer(offer)
    offered = {offer.former_photo for offer in offers}
    for orphan in orphans:
        if orphan.photo not in offered:
            out.print(Text(_named(orphan.path), "bold") + Text("  is not there any more", "dim"))
            out.print(Text(f"  {', '.join(orphan.tags)}"))


def _print_offer(offer: Offer) -> None:
    out.print(Text("These look like the same photo:", "bold") + Text(f"  ({offer.id})", "dim"))
    replaced = offer.verdict is Verdict.REPLACED
    before = "what it was before" if replaced and offer.path == offer.former_path else "gone"
    out.print(Text(f"  {_named(offer.former_path)}  ({before}; {', '.join(offer.tags)})"))
    out.print(Text(f"  {shown(offer.path)}"))
    out.print(
        f"  To give it the tags: photofind tags --orphaned --accept {offer.id}"
        f" (or --decline {offer.id})"
    )


def _named(path: object) -> str:
    return "A photo" if path is None else shown(str(path))


def _offer_document(offer: Offer) -> dict[str, object]:
    return {
        "offer": offer.id,
        "former_path": None if offer.former_path is None else str(offer.former_path),
        "path": str(offer.path),
        "why": str(offer.verdict),
        "cosine": None if offer.cosine is None else round(offer.cosine, 3),
        "tags": list(offer.tags),
    }


def _orphan_document(orphan: Orphan) -> dict[str, object]:
    return {
        "path": None if orphan.path is None else str(orphan.path),
        "gone_at": orphan.gone_at,
        "tags": list(orphan.tags),
    }

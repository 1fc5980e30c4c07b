"""Event → what follows, for papers of bodies outside (外部来文) and mended documents, in the same transaction."""

from apps.crossprovince import incoming as across
from apps.documents.events import DocumentCorrected, IncomingCorrected
from apps.process import document_notices as notices
from apps.surplus import incoming as surplus
from kernel.events import Event, Reaction

REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    IncomingCorrected: (surplus.follow, across.follow, notices.incoming_corrected),
    DocumentCorrected: (notices.document_corrected,),
}

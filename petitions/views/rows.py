"""The rows that pages are about, each through the sight of the reader, and the page of one move of such a row."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from kernel.web import buttons, looked, render_move, submit
from petitions.models import Forwarding, Letter, PetitionHandling, Registration, Review


def one_handling(request, pk, *, in_part=False) -> PetitionHandling:
    handlings = PetitionHandling.objects.visible_to(request.user).with_case().select_related("main__case")
    return looked(request, get_object_or_404(handlings, pk=pk), in_part=in_part)


def one_registration(request, pk) -> Registration:
    rows = Registration.objects.visible_to(request.user).select_related("case", "handling__round")
    return looked(request, get_object_or_404(rows, pk=pk))


def one_letter(request, pk) -> Letter:
    rows = Letter.objects.visible_to(request.user).select_related("case", "unit", "handling", "forwarding")
    return looked(request, get_object_or_404(rows, pk=pk))


def one_forwarding(request, pk) -> Forwarding:
    rows = Forwarding.objects.visible_to(request.user)
    rows = rows.select_related("case__category", "case__area", "unit", "handling__unit", "handler", "round")
    return looked(request, get_object_or_404(rows, pk=pk))


def one_review(request, pk) -> Review:
    rows = Review.objects.visible_to(request.user).select_related("case", "unit", "against__handling")
    return looked(request, get_object_or_404(rows, pk=pk))


def page_of(handling) -> str:
    return reverse("petitions:detail", args=[handling.pk])


def letters_with_buttons(letters, user) -> list[tuple]:
    """Each letter with its moves, and whether it may be printed. What goes from office to office has no receipt."""
    return [
        (
            letter,
            [
                button
                for button in buttons(letter, user)
                if letter.is_for_the_petitioner or button.verb != "deliver_letter"
            ],
            letter.may_be_printed_by(user),
        )
        for letter in letters
    ]


def make_move(request, row, service, form, *, back, done):
    """The form of one move, or back to `back` once it was made. The verb is the name of the service."""
    if submit(form, service, row, by=request.user):
        messages.success(request, done)
        return redirect(back)
    return render_move(request, row, service.__name__, form, back=back)

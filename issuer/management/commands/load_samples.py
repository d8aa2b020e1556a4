"""The sample world, and an officer of its authorities."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User

from common.adapters.command import Command as BaseCommand
from issuer.authorities.officers import create_officer
from issuer.models import Authority
from issuer.sample.load import WORLD, load_samples


class Command(BaseCommand):
    help = "Load the sample registries, their credential types, and an officer's account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--officer-password", help="set the officer's password instead of drawing one")

    def run(self, **options: Any) -> dict[str, Any]:
        """`{registries, officer}`; the officer's password is there only when it was just made."""
        registries = load_samples()
        User.objects.filter(username="officer").update(is_staff=False, is_superuser=False)  # of before
        authorities = Authority.objects.filter(slug__in={register.authority for register in WORLD})
        password = options["officer_password"]
        return {
            "registries": registries,
            "officer": create_officer("officer", list(authorities), password=password),
        }

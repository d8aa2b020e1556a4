"""The connector of a partner's registry that answers by SPDCI."""

"""mdoc (ISO/IEC 18013-5), the format `mso_mdoc` of OpenID4VC."""

"""The verifier's tables; its list of trusted issuers begins with the authorities of the site itself."""

import django.db.models.deletion
import verifier.models.service
from django.conf import settings
from django.db import migrations, models


def trust_this_house(apps, schema_editor):
    """Staff may remove that line."""
    apps.get_model("verifier", "TrustedIssuer").objects.get_or_create(
        issuer="this house", type="*", defaults={"name": "Every authority of this site, for its own types"}
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('adapters', '0003_sessions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BankFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=35, unique=True)),
                ('account', models.CharField(help_text='The gateway account that wrote it.', max_length=32)),
                ('sealed', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField()),
                ('written_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='HostCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(blank=True, max_length=253, unique=True)),
                ('key', models.CharField(max_length=64)),
                ('der', models.BinaryField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'verifier_certificate',
            },
        ),
        migrations.CreateModel(
            name='GatewayAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=32, unique=True)),
                ('kind', models.CharField(help_text='One of verifier.payments.gateways.GATEWAYS.', max_length=32)),
                ('config', models.JSONField(blank=True, default=dict, help_text='Addresses and our account there. Never a secret.')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('idempotency_key', models.CharField(max_length=100, unique=True)),
                ('reference', models.CharField(max_length=200)),
                ('description', models.CharField(max_length=300)),
                ('booked_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'journal entries',
                'ordering': ['booked_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LedgerAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=100, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('currency', models.CharField(max_length=3)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='OwnKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=16, unique=True)),
                ('name', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='PresentationSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('REQUESTED', 'Requested'), ('REQUEST_RETRIEVED', 'Request Retrieved'), ('SUBMITTED', 'Submitted'), ('VERIFIED', 'Verified'), ('REJECTED', 'Rejected'), ('UNLOCKED', 'Unlocked'), ('TIMED_OUT', 'Timed Out')], default='REQUESTED', max_length=20)),
                ('request_id', models.CharField(max_length=64, unique=True)),
                ('poll_id', models.CharField(max_length=64, unique=True)),
                ('state', models.CharField(max_length=64, unique=True)),
                ('nonce', models.CharField(max_length=64, unique=True)),
                ('client_id', models.CharField(max_length=500)),
                ('response_mode', models.CharField(max_length=20)),
                ('same_device', models.BooleanField(default=False)),
                ('parameters', models.JSONField(help_text="The request's parameters, as they are signed.")),
                ('sealed_key', models.BinaryField(help_text='The ephemeral key that answers are encrypted to.', null=True)),
                ('browser', models.CharField(blank=True, help_text='Digest of the cookie of who began.', max_length=64)),
                ('response_code', models.CharField(blank=True, help_text='Digest.', max_length=64)),
                ('sealed_answer', models.BinaryField(help_text='What was presented, until it is unlocked.', null=True)),
                ('sealed_result', models.BinaryField(help_text='What was unlocked, for that browser, shortly.', null=True)),
                ('outcome', models.JSONField(default=dict, help_text='What was found. Never a claim.')),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('unlocked_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='ReadingConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=20, unique=True)),
                ('session', models.CharField(help_text='The session in which it was given.', max_length=64)),
                ('authority', models.CharField(max_length=500)),
                ('consent_id', models.CharField(max_length=200)),
                ('purpose', models.CharField(max_length=200)),
                ('attributes', models.JSONField()),
                ('given_at', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('refused_at', models.DateTimeField(help_text='When the authority first said that it ended.', null=True)),
            ],
            options={
                'ordering': ['-given_at'],
            },
        ),
        migrations.CreateModel(
            name='BankFileEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('end_to_end_id', models.CharField(max_length=35, unique=True)),
                ('group', models.CharField(help_text='Its PmtInfId.', max_length=35)),
                ('amount', models.CharField(max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='verifier.bankfile')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='OwedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=36, unique=True)),
                ('url', models.CharField(max_length=2000)),
                ('action', models.CharField(max_length=40)),
                ('transaction_id', models.CharField(max_length=99)),
                ('correlation_id', models.CharField(max_length=36)),
                ('sealed', models.BinaryField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(db_index=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=100)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='adapters.partner')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PaymentInstruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='The idempotency key at the gateway.', max_length=64, unique=True)),
                ('key', models.CharField(db_index=True, max_length=64)),
                ('period', models.CharField(max_length=20)),
                ('amount', models.BigIntegerField(help_text="In the programme's currency's smallest unit.")),
                ('payee', models.CharField(max_length=200)),
                ('payee_name', models.CharField(blank=True, max_length=200)),
                ('reference', models.CharField(max_length=200)),
                ('purpose', models.CharField(max_length=200)),
                ('holder', models.CharField(blank=True, db_index=True, max_length=64)),
                ('bound', models.CharField(default='', help_text='Codes over what was signed (binding.py).', max_length=100)),
                ('state', models.CharField(choices=[('BOOKED', 'Booked'), ('SENDING', 'Sending'), ('UNKNOWN', 'Unknown'), ('PARKED', 'Parked'), ('SENT', 'Sent'), ('SETTLED', 'Settled'), ('REJECTED', 'Rejected'), ('RETURNED', 'Returned'), ('RELEASED', 'Released')], default='BOOKED', max_length=8)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(help_text='When it may be sent, or asked for, next.')),
                ('lease', models.CharField(blank=True, help_text='The worker that has it now.', max_length=32)),
                ('lease_until', models.DateTimeField(null=True)),
                ('gateway_reference', models.CharField(blank=True, max_length=100)),
                ('problem', models.CharField(blank=True, help_text='A code, for the operator.', max_length=100)),
                ('disputed', models.BooleanField(default=False, help_text='The gateway said what cannot both be true.')),
                ('gateway', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instructions', to='verifier.gatewayaccount')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PaymentEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('event', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=20)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('instruction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='verifier.paymentinstruction')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('event', models.CharField(max_length=40)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='verifier.presentationsession')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=64, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('currency', models.CharField(max_length=3)),
                ('budget', models.BigIntegerField(default=0, help_text="In the currency's smallest unit.")),
                ('committed', models.BigIntegerField(default=0, help_text="In the currency's smallest unit.")),
                ('opens_at', models.DateTimeField(blank=True, null=True)),
                ('closes_at', models.DateTimeField(blank=True, null=True)),
                ('rules', models.JSONField(help_text='Who, how much, how often: common/payments/rules.py.')),
                ('status', models.CharField(choices=[('OPEN', 'Open'), ('PAUSED', 'Paused'), ('CLOSED', 'Closed')], default='OPEN', max_length=8)),
                ('gateway', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programmes', to='verifier.gatewayaccount')),
            ],
            options={
                'ordering': ['slug'],
            },
        ),
        migrations.AddField(
            model_name='paymentinstruction',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instructions', to='verifier.programme'),
        ),
        migrations.CreateModel(
            name='PayingPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='adapters.partner')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payers', to='verifier.programme')),
            ],
        ),
        migrations.CreateModel(
            name='ReceivedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='disburse, link, update, unlink or resolve.', max_length=8)),
                ('transaction_id', models.CharField(max_length=99)),
                ('reference_id', models.CharField(max_length=99)),
                ('correlation_id', models.CharField(db_index=True, max_length=36)),
                ('content', models.CharField(max_length=43)),
                ('status', models.CharField(blank=True, max_length=4)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField()),
                ('instruction', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to='verifier.paymentinstruction')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='adapters.partner')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=64, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('provider', models.CharField(max_length=200)),
                ('purpose', models.TextField(help_text='Shown to the person: why this is asked, in one or two sentences.')),
                ('query', models.JSONField(help_text='The DCQL query.', validators=[verifier.models.service.validate_query])),
                ('action', models.CharField(help_text='One of verifier.services.actions.ACTIONS.', max_length=32)),
                ('parameters', models.JSONField(blank=True, default=dict)),
                ('signing_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('staff', models.ManyToManyField(blank=True, help_text='Who works for it.', related_name='services', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['slug'],
            },
        ),
        migrations.CreateModel(
            name='ReadLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request_id', models.CharField(max_length=200, unique=True)),
                ('authority', models.CharField(max_length=500)),
                ('purpose', models.CharField(max_length=200)),
                ('basis', models.CharField(max_length=10)),
                ('attributes', models.JSONField(default=list)),
                ('actor', models.CharField(blank=True, help_text='Who asked; empty: the person was there.', max_length=150)),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('asked', 'Asked'), ('read', 'Read'), ('refused', 'Refused')], default='asked', max_length=10)),
                ('problem', models.CharField(blank=True, max_length=60)),
                ('consent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reads', to='verifier.readingconsent')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reads', to='verifier.service')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='readingconsent',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reading_consents', to='verifier.service'),
        ),
        migrations.AddField(
            model_name='presentationsession',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='verifier.service'),
        ),
        migrations.CreateModel(
            name='OpenedAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32, unique=True)),
                ('person', models.CharField(max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='verifier.service')),
            ],
            options={
                'ordering': ['opened_at'],
            },
        ),
        migrations.CreateModel(
            name='TrustedIssuer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(help_text="The issuer's DID or https identifier.", max_length=300)),
                ('type', models.CharField(default='*', help_text="A type's IRI or vct; * stands for every type.", max_length=300)),
                ('name', models.CharField(help_text='What people call this issuer.', max_length=200)),
            ],
            options={
                'ordering': ['name', 'type'],
                'constraints': [models.UniqueConstraint(fields=('issuer', 'type'), name='one_line_per_issuer_and_type')],
            },
        ),
        migrations.CreateModel(
            name='Voucher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='The instruction that it carries out.', max_length=64, unique=True)),
                ('account', models.CharField(help_text='The gateway account that issued it.', max_length=32)),
                ('identifier', models.CharField(help_text='Digest of what names it inside.', max_length=64, unique=True)),
                ('sealed', models.BinaryField(null=True)),
                ('amount', models.CharField(max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('ISSUED', 'Issued'), ('REDEEMED', 'Redeemed'), ('EXPIRED', 'Expired')], default='ISSUED', max_length=8)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('agent', models.CharField(blank=True, help_text='Who paid it out.', max_length=200)),
                ('told', models.BooleanField(default=False, help_text='Whether the books know how it ended.')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('state', 'ISSUED')), fields=['expires_at'], name='open_vouchers')],
            },
        ),
        migrations.CreateModel(
            name='AccountMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(max_length=43)),
                ('address', models.BinaryField(help_text='Sealed.')),
                ('address_digest', models.CharField(db_index=True, max_length=43)),
                ('linked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='adapters.partner')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('person',), name='one_active_address_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField(help_text="In the currency's smallest unit.")),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='verifier.ledgeraccount')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='verifier.journalentry')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='a_posting_moves_something')],
            },
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(('committed__gte', 0), ('committed__lte', models.F('budget'))), name='no_programme_is_overdrawn'),
        ),
        migrations.AddIndex(
            model_name='paymentinstruction',
            index=models.Index(condition=models.Q(('state__in', ['BOOKED', 'SENDING', 'UNKNOWN', 'SENT'])), fields=['next_attempt_at'], name='instructions_on_their_way'),
        ),
        migrations.AddConstraint(
            model_name='paymentinstruction',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['REJECTED', 'RELEASED']), _negated=True), fields=('key',), name='one_payment_a_person_and_period'),
        ),
        migrations.AddConstraint(
            model_name='paymentinstruction',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='a_payment_pays_something'),
        ),
        migrations.AddConstraint(
            model_name='payingpartner',
            constraint=models.UniqueConstraint(fields=('partner', 'programme'), name='a_partner_pays_from_it_once'),
        ),
        migrations.AddIndex(
            model_name='receiveditem',
            index=models.Index(fields=['partner', 'transaction_id'], name='verifier_re_partner_2e4f58_idx'),
        ),
        migrations.AddConstraint(
            model_name='receiveditem',
            constraint=models.UniqueConstraint(fields=('partner', 'kind', 'reference_id'), name='one_item_under_one_reference'),
        ),
        migrations.AddConstraint(
            model_name='readingconsent',
            constraint=models.UniqueConstraint(fields=('authority', 'consent_id'), name='one_row_a_reading_consent'),
        ),
        migrations.AddIndex(
            model_name='presentationsession',
            index=models.Index(condition=models.Q(('status__in', ['REQUESTED', 'REQUEST_RETRIEVED', 'SUBMITTED', 'VERIFIED'])), fields=['expires_at'], name='sessions_that_wait'),
        ),
        migrations.AddIndex(
            model_name='presentationsession',
            index=models.Index(condition=models.Q(('sealed_result__isnull', False)), fields=['expires_at'], name='sessions_with_a_result'),
        ),
        migrations.AddConstraint(
            model_name='openedaccount',
            constraint=models.UniqueConstraint(fields=('service', 'person'), name='one_account_a_person'),
        ),
        migrations.RunPython(trust_this_house, migrations.RunPython.noop),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('issuer', '0008_following'),
    ]

    operations = [
        migrations.CreateModel(
            name='Supplied',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.BinaryField()),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='supplied', to='issuer.session')),
            ],
            options={
                'verbose_name_plural': 'supplied',
            },
        ),
    ]

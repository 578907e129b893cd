import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=500)),
                ('digest', models.CharField(max_length=64)),
                ('revision', models.PositiveBigIntegerField(null=True)),
                ('live', models.BooleanField()),
                ('blog', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imported_files', to='blog.blogpage')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='blog.postpage')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('blog', 'key'), name='file_imported_once_into_a_blog')],
            },
        ),
    ]

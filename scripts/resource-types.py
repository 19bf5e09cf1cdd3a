"""Carries over what AWS publishes of CloudFormation's resource types (properties and their kinds, what is required,
what a change replaces, what Fn::GetAtt reads) into src/lib/sandbox/services/cloudformation/types/schemas/resource-types.json.
Run at development time only, where cfn-lint is, which brings the schemas along:

    python3 scripts/resource-types.py
"""
import glob, json, re
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

HOME = 'src/lib/sandbox/services/cloudformation/types'
TYPES = sorted({name for path in glob.glob(f'{HOME}/*.ts') for name in re.findall(r"'(AWS::\w+::\w+)'", open(path).read())})


def shape_of(schema, root, trail=()):
    """A kind as text, {'item': ...} for lists, {'map': ...}, or {'properties': ..., 'required': ...}."""
    if '$ref' in schema:
        name = schema['$ref'].split('/')[-1]
        return 'any' if name in trail else shape_of(root['definitions'][name], root, trail + (name,))
    kind = schema.get('type')
    if schema.get('properties'):
        found = {'properties': {k: shape_of(v, root, trail) for k, v in sorted(schema['properties'].items())}}
        if schema.get('required'):
            found['required'] = sorted(schema['required'])
        return found
    if kind == 'array' or 'items' in schema:
        return {'item': shape_of(schema.get('items', {}), root, trail)}
    if schema.get('patternProperties'):
        return {'map': shape_of(next(iter(schema['patternProperties'].values())), root, trail)}
    if schema.get('enum') and kind == 'string':
        return {'enum': schema['enum']}
    return kind if kind in ('string', 'integer', 'number', 'boolean') else 'any'


def names(paths, sep='.'):
    return sorted({p.removeprefix('/properties/').replace('/', sep) for p in paths or []})


out = {}
for name in TYPES:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema('us-east-1', name).schema
    tagging = schema.get('tagging') or {}
    read_only = names(schema.get('readOnlyProperties'))
    found = {
        'createOnly': sorted({n.split('.')[0] for n in names(schema.get('createOnlyProperties'))}),
        'conditional': sorted({n.split('.')[0] for n in names(schema.get('conditionalCreateOnlyProperties'))}),
        'readOnly': read_only,
        'writeOnly': [n for n in names(schema.get('writeOnlyProperties')) if '.' not in n],
        'tags': tagging['tagProperty'].split('/')[-1] if tagging.get('taggable') and 'tagProperty' in tagging else None,
    }
    shape = shape_of(schema, schema)
    for path in set(read_only) - set(found['createOnly']):
        shape['properties'].pop(path, None)
    out[name] = {**{k: v for k, v in found.items() if v}, 'shape': shape}

with open(f'{HOME}/schemas/resource-types.json', 'w') as f:
    json.dump(out, f, separators=(',', ':'), sort_keys=True)
    f.write('\n')

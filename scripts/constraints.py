"""Carries the constraints that AWS publishes (required members, lengths, ranges, patterns, enums) over into
src/lib/sandbox/constraints/<signing name>.json. Run at development time only, where botocore's service models are:

    python3 scripts/constraints.py && npx prettier --write src/lib/sandbox/constraints

Only operations that the sandbox carries out are kept (found by their names in src/lib/sandbox/services), and of their
inputs only what constrains something. A shape is [type, constraint..., children]: see src/lib/sandbox/validate.ts.
"""
import glob, gzip, json, os, re
import botocore

DATA = os.path.join(os.path.dirname(botocore.__file__), 'data')
SERVICES = {  # signing name -> botocore's folder
    'ssm': 'ssm', 'ecs': 'ecs', 'ecr': 'ecr', 'logs': 'logs', 'events': 'events', 'secretsmanager': 'secretsmanager',
    'application-autoscaling': 'application-autoscaling', 'servicediscovery': 'servicediscovery', 'sts': 'sts',
    'iam': 'iam', 'elasticloadbalancing': 'elbv2', 'cloudformation': 'cloudformation', 'monitoring': 'cloudwatch',
    'ec2': 'ec2', 'awsssoportal': 'sso', 'sso-oauth': 'sso-oidc', 's3': 's3',
}
WORDS = set()
for path in glob.glob('src/lib/sandbox/services/**/*.ts', recursive=True):
    WORDS |= set(re.findall(r'\b[A-Z]\w+\b', open(path).read()))


def model_of(folder):
    path = sorted(glob.glob(f'{DATA}/{folder}/*/service-2.json*'))[-1]
    return json.load(gzip.open(path) if path.endswith('.gz') else open(path))


def convert(folder):
    model = model_of(folder)
    shapes, out = model['shapes'], {}

    def constrain(name, trail):
        """Name of the shape in `out`, or None where nothing below it is constrained."""
        if name in out:
            return name
        shape = shapes[name]
        kind = shape['type']
        if name in trail:
            return None
        if kind == 'structure':
            required = shape.get('required', [])
            members = {m: c for m, ref in shape['members'].items() if (c := constrain(ref['shape'], trail | {name}))}
            found = {'required': required, 'members': members}
        elif kind == 'list':
            item = constrain(shape['member']['shape'], trail | {name})
            found = {'min': shape.get('min'), 'max': shape.get('max'), 'item': item}
        elif kind == 'map':
            found = {'min': shape.get('min'), 'max': shape.get('max'),
                     'key': constrain(shape['key']['shape'], trail | {name}), 'value': constrain(shape['value']['shape'], trail | {name})}
        elif kind == 'string':
            found = {'min': shape.get('min'), 'max': shape.get('max'), 'pattern': shape.get('pattern'), 'enum': shape.get('enum')}
        elif kind in ('integer', 'long', 'float', 'double'):
            found = {'least': shape.get('min'), 'most': shape.get('max')}
        elif kind == 'blob':
            found = {'min': shape.get('min'), 'max': shape.get('max')}
        else:
            return None
        found = {k: v for k, v in found.items() if v not in (None, [], {})}
        if not found:
            return None
        out[name] = found
        return name

    operations = {}
    for op, spec in sorted(model['operations'].items()):
        if op in WORDS and 'input' in spec:
            shape = constrain(spec['input']['shape'], frozenset())
            if shape:
                operations[op] = shape
    return {'operations': operations, 'shapes': out}


os.makedirs('src/lib/sandbox/constraints', exist_ok=True)
for signing, folder in SERVICES.items():
    with open(f'src/lib/sandbox/constraints/{signing}.json', 'w') as f:
        json.dump(convert(folder), f, separators=(',', ':'), sort_keys=True)
        f.write('\n')

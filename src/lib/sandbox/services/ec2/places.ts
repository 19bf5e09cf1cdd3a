/** Regions, zones and what an account may have. */
import { AwsError, type Operation } from '../../service.js';
import { filtered, type Filter } from './filters.js';

/** Regions that are on for every account; the others have to be opted into. */
const regions = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

export const zonesOf = (region: string): string[] => ['a', 'b', 'c'].map((letter) => `${region}${letter}`);

/** `eu-west-1b` is `euw1-az2`, `ap-southeast-2a` is `apse2-az1`. */
export function zoneIdOf(zone: string): string {
  const [area = '', side = '', rest = ''] = zone.slice(0, -1).split('-');
  const direction = side
    .replace(/^(north|south)(?=east|west)/, (first) => first[0]!)
    .replace(/^(.?)(east|west|north|south|central)$/, (_w, first: string, last: string) => first + last[0]!);
  return `${area}${direction}${rest}-az${'abcdef'.indexOf(zone.at(-1)!) + 1}`;
}

const attributes: Readonly<Record<string, readonly string[]>> = {
  'supported-platforms': ['VPC'],
  'default-vpc': ['none'],
  'max-instances': ['20'],
  'vpc-max-security-groups-per-interface': ['5'],
  'max-elastic-ips': ['5'],
  'vpc-max-elastic-ips': ['5'],
};

export const placeOperations: Record<string, Operation> = {
  DescribeRegions(input: { RegionNames?: string[]; Filters?: Filter[] }, { cell }) {
    const unknown = input.RegionNames?.find((name) => !regions.includes(name));
    if (unknown) throw new AwsError('InvalidParameterValue', `Invalid region provided: '${unknown}'`);
    const shown = (input.RegionNames ?? regions).map((RegionName) => ({
      RegionName,
      Endpoint: `ec2.${RegionName}.amazonaws.com`,
      OptInStatus: 'opt-in-not-required',
    }));
    const fields = {
      'region-name': (r: (typeof shown)[number]) => [r.RegionName],
      endpoint: (r: (typeof shown)[number]) => [r.Endpoint],
      'opt-in-status': (r: (typeof shown)[number]) => [r.OptInStatus],
    };
    return { Regions: filtered(cell, shown, input.Filters, fields) };
  },
  DescribeAvailabilityZones(input: { ZoneNames?: string[]; ZoneIds?: string[]; Filters?: Filter[] }, { cell, region }) {
    const zones = zonesOf(region).map((ZoneName) => ({
      State: 'available',
      OptInStatus: 'opt-in-not-required',
      Messages: [],
      RegionName: region,
      ZoneName,
      ZoneId: zoneIdOf(ZoneName),
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      ZoneType: 'availability-zone',
    }));
    const unknown =
      input.ZoneNames?.find((name) => !zones.some((z) => z.ZoneName === name)) ??
      input.ZoneIds?.find((id) => !zones.some((z) => z.ZoneId === id));
    if (unknown) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
    const asked = zones.filter(
      (z) => (input.ZoneNames?.includes(z.ZoneName) ?? true) && (input.ZoneIds?.includes(z.ZoneId) ?? true),
    );
    type Zone = (typeof zones)[number];
    return {
      AvailabilityZones: filtered(cell, asked, input.Filters, {
        state: (z: Zone) => [z.State],
        'region-name': (z: Zone) => [z.RegionName],
        'zone-name': (z: Zone) => [z.ZoneName],
        'zone-id': (z: Zone) => [z.ZoneId],
        'zone-type': (z: Zone) => [z.ZoneType],
        'group-name': (z: Zone) => [z.GroupName],
        'opt-in-status': (z: Zone) => [z.OptInStatus],
        'network-border-group': (z: Zone) => [z.NetworkBorderGroup],
      }),
    };
  },
  DescribeAccountAttributes({ AttributeNames }: { AttributeNames?: string[] }) {
    const unknown = AttributeNames?.find((name) => !attributes[name]);
    if (unknown)
      throw new AwsError('InvalidParameterValue', `Value (${unknown}) for parameter attribute is invalid. Unknown attribute`);
    return {
      AccountAttributes: (AttributeNames ?? Object.keys(attributes)).map((AttributeName) => ({
        AttributeName,
        AttributeValues: attributes[AttributeName]!.map((AttributeValue) => ({ AttributeValue })),
      })),
    };
  },
};

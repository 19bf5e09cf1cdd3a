/** The lists of addresses that AWS itself publishes in every region, e.g. those of S3 for an endpoint's route. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { filtered, pageOf, type Listing } from './filters.js';

interface List {
  readonly id: string;
  readonly name: string;
  readonly cidrs: readonly string[];
}

/** Ids are AWS's, the same in every account of a region; here they are derived from the name. */
const idOf = (name: string): string => {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return `pl-${hash.toString(16).padStart(8, '0')}`;
};

const listsOf = ({ region }: Cell): List[] =>
  (
    [
      [`com.amazonaws.${region}.s3`, ['3.5.64.0/21', '52.218.0.0/17', '52.92.0.0/17']],
      [`com.amazonaws.${region}.dynamodb`, ['52.94.24.0/23', '52.94.5.0/24']],
      ['com.amazonaws.global.cloudfront.origin-facing', ['13.124.199.0/24', '130.176.0.0/18', '15.158.0.0/16']],
    ] as const
  ).map(([name, cidrs]) => ({ id: idOf(name), name, cidrs }));

function asked(cell: Cell, input: Listing & { PrefixListIds?: string[] }): List[] {
  const all = listsOf(cell);
  const unknown = input.PrefixListIds?.find((id) => !all.some((list) => list.id === id));
  if (unknown) throw new AwsError('InvalidPrefixListID.NotFound', `The prefix list ID '${unknown}' does not exist`);
  return filtered(
    cell,
    all.filter((list) => !input.PrefixListIds?.length || input.PrefixListIds.includes(list.id)),
    input.Filters,
    { 'prefix-list-id': (l) => [l.id], 'prefix-list-name': (l) => [l.name], 'owner-id': () => ['AWS'] },
  );
}

export const prefixListOperations: Record<string, Operation> = {
  DescribePrefixLists(input: Listing & { PrefixListIds?: string[] }, { cell }) {
    const { items, token } = pageOf(asked(cell, input), input);
    return {
      PrefixLists: items.map(({ id, name, cidrs }) => ({ Cidrs: cidrs, PrefixListId: id, PrefixListName: name })),
      NextToken: token,
    };
  },
  DescribeManagedPrefixLists(input: Listing & { PrefixListIds?: string[] }, { cell, region }) {
    const { items, token } = pageOf(asked(cell, input), input);
    return {
      PrefixLists: items.map(({ id, name }) => ({
        PrefixListId: id,
        AddressFamily: 'IPv4',
        State: 'create-complete',
        PrefixListArn: `arn:aws:ec2:${region}:aws:prefix-list/${id}`,
        PrefixListName: name,
        Tags: [],
        OwnerId: 'AWS',
      })),
      NextToken: token,
    };
  },
  GetManagedPrefixListEntries(input: { PrefixListId: string; MaxResults?: number; NextToken?: string }, { cell }) {
    const [list] = asked(cell, { PrefixListIds: [input.PrefixListId] });
    const { items, token } = pageOf(list!.cidrs, input);
    return { Entries: items.map((Cidr) => ({ Cidr })), NextToken: token };
  },
};

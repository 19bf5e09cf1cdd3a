/** Rules of security groups: given and taken in sets, and one by one by their ids. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { filtered, pageOf, type Listing } from './filters.js';
import {
  addRules,
  needGroup,
  ruleOfRequest,
  rulesOf,
  sameRule,
  showRule,
  type RuleInput,
  type RuleRequest,
} from './permissions.js';
import { network, type Rule, type SecurityGroup } from './state.js';
import { forgetTags, tagNew, type Tagged } from './tags.js';

function groupOf(cell: Cell, { GroupId, GroupName }: RuleInput): SecurityGroup {
  if (GroupId) return needGroup(cell, GroupId);
  if (GroupName)
    throw new AwsError('InvalidGroup.NotFound', `The security group '${GroupName}' does not exist in default VPC 'null'`);
  throw new AwsError('MissingParameter', 'The request must contain the parameter groupName or groupId');
}

const authorize =
  (egress: boolean): Operation =>
  (input: RuleInput & Tagged, context: CallContext) => {
    const { cell } = context;
    const group = groupOf(cell, input);
    const made = addRules(group, rulesOf(cell, group, input, egress), context);
    for (const rule of made) tagNew(cell, rule.id, input);
    return { Return: true, SecurityGroupRules: made.map((rule) => showRule(cell, group, rule)) };
  };

function ruleById(group: SecurityGroup, id: string, egress?: boolean): Rule {
  const found = group.rules.find((r) => r.id === id && (egress === undefined || r.egress === egress));
  if (!found) throw new AwsError('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`);
  return found;
}

const revoke =
  (egress: boolean): Operation =>
  (input: RuleInput, { cell }: CallContext) => {
    const group = groupOf(cell, input);
    const gone = input.SecurityGroupRuleIds?.length
      ? input.SecurityGroupRuleIds.map((id) => ruleById(group, id, egress))
      : rulesOf(cell, group, input, egress).map((rule) => {
          const there = group.rules.find((r) => sameRule(r, rule));
          if (!there)
            throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
          return there;
        });
    group.rules = group.rules.filter((rule) => !gone.includes(rule));
    for (const { id } of gone) forgetTags(cell, id);
    return {
      Return: true,
      RevokedSecurityGroupRules: gone.map((rule) => {
        const { ReferencedGroupInfo, ...shown } = showRule(cell, group, rule);
        return { ...shown, ...(ReferencedGroupInfo ? { ReferencedGroupId: ReferencedGroupInfo.GroupId } : {}) };
      }),
    };
  };

const describe =
  (egress: boolean): Operation =>
  (
    input: RuleInput & { SecurityGroupRuleDescriptions?: { SecurityGroupRuleId?: string; Description?: string }[] },
    { cell }: CallContext,
  ) => {
    const group = groupOf(cell, input);
    for (const { SecurityGroupRuleId = '', Description } of input.SecurityGroupRuleDescriptions ?? [])
      ruleById(group, SecurityGroupRuleId, egress).description = Description ?? null;
    for (const rule of input.IpPermissions?.length ? rulesOf(cell, group, input, egress) : []) {
      const there = group.rules.find((r) => sameRule(r, rule));
      if (!there) throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
      there.description = rule.description;
    }
    return { Return: true };
  };

interface Modification {
  GroupId: string;
  SecurityGroupRules: { SecurityGroupRuleId: string; SecurityGroupRule?: RuleRequest }[];
}

export const ruleOperations: Record<string, Operation> = {
  AuthorizeSecurityGroupIngress: authorize(false),
  AuthorizeSecurityGroupEgress: authorize(true),
  RevokeSecurityGroupIngress: revoke(false),
  RevokeSecurityGroupEgress: revoke(true),
  UpdateSecurityGroupRuleDescriptionsIngress: describe(false),
  UpdateSecurityGroupRuleDescriptionsEgress: describe(true),
  ModifySecurityGroupRules(input: Modification, { cell }) {
    const group = needGroup(cell, input.GroupId);
    const planned = input.SecurityGroupRules.map(({ SecurityGroupRuleId, SecurityGroupRule = {} }) => {
      const rule = ruleById(group, SecurityGroupRuleId);
      const next = ruleOfRequest(cell, group, SecurityGroupRule, rule.egress);
      if (!next) throw new AwsError('MissingParameter', 'The request must contain a source or destination for the rule');
      if (group.rules.some((other) => other !== rule && sameRule(other, next)))
        throw new AwsError('InvalidPermission.Duplicate', 'The specified rule already exists');
      return { rule, next };
    });
    for (const { rule, next } of planned) Object.assign(rule, next);
    return { Return: true };
  },
  DescribeSecurityGroupRules(input: Listing & { SecurityGroupRuleIds?: string[] }, { cell }) {
    const all = Object.values(network(cell).groups).flatMap((group) => group.rules.map((rule) => ({ group, rule })));
    const missing = input.SecurityGroupRuleIds?.find((id) => !all.some(({ rule }) => rule.id === id));
    if (missing)
      throw new AwsError('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${missing}' does not exist`);
    const wanted = all.filter(({ rule }) => !input.SecurityGroupRuleIds?.length || input.SecurityGroupRuleIds.includes(rule.id));
    const found = filtered(
      cell,
      wanted,
      input.Filters,
      { 'group-id': ({ group }) => [group.id], 'security-group-rule-id': ({ rule }) => [rule.id] },
      ({ rule }) => rule.id,
    );
    const { items, token } = pageOf(found, input);
    return { SecurityGroupRules: items.map(({ group, rule }) => showRule(cell, group, rule)), NextToken: token };
  },
};

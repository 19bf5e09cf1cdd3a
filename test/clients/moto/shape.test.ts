import { describe, expect, it } from 'vitest';
import { compareShapes, shapeOf } from './shape.js';

const differences = (ours: unknown, theirs: unknown) =>
  compareShapes('x:Do', shapeOf(ours), shapeOf(theirs)).map(({ path, only }) => `${path} ${only}`);

describe('shapes of answers', () => {
  it('are the same for other values, and for longer lists', () => {
    const answer = (name: string) => ({ name, at: new Date(0), items: [{ id: name, on: true }] });
    expect(differences(answer('a'), answer('b'))).toEqual([]);
    expect(differences({ items: [{ id: 1 }] }, { items: [{ id: 1 }, { id: 2 }] })).toEqual([]);
  });

  it('differ by a member that one side lacks, at any depth, and the highest is told', () => {
    expect(differences({ a: 1 }, { a: 1, b: 2 })).toEqual(['b moto']);
    expect(differences({ a: { items: [{ id: 1, more: {} }] } }, { a: { items: [{ id: 1 }] } })).toEqual([
      'a.items[].more sandbox',
    ]);
    expect(differences({ a: { b: { c: 1 } } }, {})).toEqual(['a sandbox']);
  });

  it('differ by the type of a member', () => {
    expect(differences({ at: new Date(0) }, { at: 0 })).toEqual(['at both']);
    expect(differences({ a: [] }, { a: {} })).toEqual(['a both']);
  });

  it('say nothing of the items of an empty list, and all of an absent one', () => {
    expect(differences({ items: [] }, { items: [{ id: 1 }] })).toEqual([]);
    expect(differences({}, { items: [{ id: 1 }] })).toEqual(['items moto']);
  });

  it('compare the values of maps, whose keys are data', () => {
    expect(differences({ VersionIdsToStages: { a: ['x'] } }, { VersionIdsToStages: { b: ['y'] } })).toEqual([]);
    expect(differences({ VersionIdsToStages: { a: ['x'] } }, { VersionIdsToStages: { b: 1 } })).toEqual([
      'VersionIdsToStages.* both',
    ]);
  });
});

import type { ErrorCode } from 'yaml'
import type { Complaint } from './diagnostic.ts'

type Flaw =
  | ErrorCode
  | 'OTHER_VERSION'
  | 'NO_MAP'
  | 'TOO_LARGE'
  | 'CYCLE'
  | 'TAG'
  | 'NO_PLAIN_KEY'
  | 'BAD_PLACEHOLDER'
  | 'PADDED'
  | 'NO_NUMBER'
  | 'INEXACT'

const UNREADABLE = 'the file cannot be read the way it was meant'

const indentation: Complaint = {
  expected: 'keys of one map at the same indentation, values deeper than their key',
  got: 'a line that does not fit its neighbours',
  why: UNREADABLE,
  fix: 'indent with two spaces per level; a text with ": " or braces inside belongs in quotes',
}

const unclosed: Complaint = {
  expected: 'every quote, bracket and colon with its partner',
  got: 'one that is missing here or in the lines before',
  why: UNREADABLE,
  fix: 'close the quote or bracket; put a text with special characters in quotes',
}

const specialCharacter: Complaint = {
  expected: 'a plain value, or one in quotes',
  got: 'a character with a meaning of its own in YAML',
  why: UNREADABLE,
  fix: 'put the value in quotes',
}

const alias: Complaint = {
  expected: 'an alias (*name) of an anchor (&name) that stands above it',
  got: 'an alias without its anchor',
  why: UNREADABLE,
  fix: 'write the value out, or define the anchor first',
}

const tag: Complaint = {
  expected: 'a value without a tag (!…)',
  got: 'a tag',
  why: 'a tag changes what a value is; every key here has one fixed type',
  fix: 'remove the tag',
}

const duplicate: Complaint = {
  expected: 'each key once',
  got: 'a key that stands in this map before',
  why: 'one of the two values would be ignored silently',
  fix: 'remove one of them',
}

const noPlainKey: Complaint = {
  expected: 'a simple name as key',
  got: 'another kind of key',
  why: 'no setting has such a key',
  fix: 'write name: value',
}

/** What is wrong with the form of a file, in our words: the parser's own would quote the file, which may hold a key. */
export const YAML_COMPLAINTS: Readonly<Record<Flaw, Complaint>> = {
  ALIAS_PROPS: alias,
  BAD_ALIAS: alias,
  BAD_COLLECTION_TYPE: tag,
  BAD_DIRECTIVE: specialCharacter,
  BAD_DQ_ESCAPE: {
    expected: 'escapes that YAML knows: \\n \\" \\\\ and the like',
    got: 'an unknown escape in double quotes',
    why: UNREADABLE,
    fix: 'use single quotes for a literal backslash, as in a Windows path',
  },
  BAD_INDENT: indentation,
  BAD_PROP_ORDER: indentation,
  BAD_SCALAR_START: specialCharacter,
  BLOCK_AS_IMPLICIT_KEY: indentation,
  BLOCK_IN_FLOW: indentation,
  DUPLICATE_KEY: duplicate,
  IMPOSSIBLE: unclosed,
  KEY_OVER_1024_CHARS: noPlainKey,
  MISSING_CHAR: unclosed,
  MULTILINE_IMPLICIT_KEY: indentation,
  MULTIPLE_ANCHORS: alias,
  MULTIPLE_DOCS: {
    expected: 'one document',
    got: 'a second one after ---',
    why: 'only the first would be read',
    fix: 'remove the line with --- and join the parts',
  },
  MULTIPLE_TAGS: tag,
  NON_STRING_KEY: noPlainKey,
  RESOURCE_EXHAUSTION: {
    expected: 'a file of ordinary size and depth',
    got: 'nesting or repetition without end',
    why: 'no real configuration is that large',
    fix: 'write the values out without nested aliases',
  },
  TAB_AS_INDENT: {
    expected: 'spaces',
    got: 'a tab',
    why: 'YAML measures indentation in spaces; a tab looks right and is not',
    fix: 'replace the tab by spaces',
  },
  TAG_RESOLVE_FAILED: tag,
  UNEXPECTED_TOKEN: unclosed,
  OTHER_VERSION: {
    expected: 'YAML 1.2',
    got: 'a directive for another version',
    why: 'older versions read yes, on and 17:00 as something else',
    fix: 'remove the %YAML line',
  },
  NO_MAP: {
    expected: 'keys with values',
    got: 'a file that is a list or a single value',
    why: 'settings are found by their key',
    fix: 'start from the shipped file of this name',
  },
  TOO_LARGE: {
    expected: 'a file of ordinary size and depth',
    got: 'nesting or repetition without end',
    why: 'no real configuration is that large',
    fix: 'write the values out without nested aliases',
  },
  CYCLE: {
    expected: 'an alias of something that is complete',
    got: 'an alias that contains itself',
    why: 'such a value has no end',
    fix: 'write the value out',
  },
  TAG: tag,
  NO_PLAIN_KEY: noPlainKey,
  BAD_PLACEHOLDER: {
    expected: '${NAME} or ${NAME:default}, a literal one written $${',
    got: 'a placeholder without a proper name or without its closing brace',
    why: 'it cannot be replaced',
    fix: 'use letters, digits and underscores in the name and close the brace',
  },
  PADDED: {
    expected: 'a text without spaces at its ends',
    got: 'a padded one',
    why: 'the spaces cannot be seen, and the text equals nothing it should equal',
    fix: 'remove the spaces',
  },
  NO_NUMBER: {
    expected: 'an ordinary number',
    got: 'infinity, not-a-number or negative zero',
    why: 'no limit can be compared with it',
    fix: 'write the number you mean',
  },
  INEXACT: {
    expected: 'a number of at most 15 digits',
    got: 'one with more digits than can be kept exactly',
    why: 'it would silently become another number',
    fix: 'write fewer digits',
  },
}

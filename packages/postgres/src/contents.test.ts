import { expect, it } from 'vitest'
import { missingTables, parseContents, parseHeading } from './contents.ts'

const list = `;
; Archive created at 2026-11-22 16:14:22 UTC
;     dbname: postgres
;     TOC Entries: 40
;
7; 2615 16392 SCHEMA - s p postgres
216; 1259 16384 TABLE public a postgres
228; 1259 16436 FOREIGN TABLE public ft postgres
224; 1259 16416 MATERIALIZED VIEW public mv postgres
219; 1259 16396 TABLE DATA p the owner
3251; 0 0 TABLE ATTACH public p1 postgres
3253; 0 0 COMMENT public TABLE a postgres
3400; 0 16384 TABLE DATA public a postgres
3401; 0 16389 TABLE DATA public we ird postgres
3402; 0 16393 TABLE DATA DATA p the owner
3405; 0 16416 MATERIALIZED VIEW DATA public mv postgres
3422; 0 0 SEQUENCE SET public sq postgres
`

it('tells a table in a schema named DATA from the rows of a table', () => {
  expect(parseContents(list)).toEqual({
    tables: ['public a postgres', 'DATA p the owner'],
    tableData: ['public a postgres', 'public we ird postgres', 'DATA p the owner'],
  })
})

it('finds a table by its whole schema and name', () => {
  const { tableData } = parseContents(list)
  const table = (schema: string, name: string) => ({ schema, name })
  const there = [table('public', 'a'), table('public', 'we ird'), table('DATA', 'p')]
  const notThere = [
    table('public', 'p'),
    table('public', 'w'),
    table('publi', 'a'),
    table('', 'public'),
    table('s', 'a'),
  ]
  expect(missingTables([...there, ...notThere], tableData)).toEqual(notThere)
  expect(missingTables([table('public', 'we\nird')], tableData)).toEqual([])
})

it('reads the heading of a plain dump, with whatever is in the name', () => {
  expect(parseHeading('-- Data for Name: a; b; Type: TABLE DATA; Schema: s p; Owner: -')).toEqual({
    type: 'TABLE DATA',
    schema: 's p',
    name: 'a; b',
    owner: '-',
  })
  expect(parseHeading('-- Name: t; Type: TABLE; Schema: public; Owner: me; Tablespace: fast')).toEqual({
    type: 'TABLE',
    schema: 'public',
    name: 't',
    owner: 'me',
  })
  expect(parseHeading('-- Name: v; Type: VIEW; Schema: public; Owner: me')?.type).toBe('other')
  expect(parseHeading('-- anything')).toBeUndefined()
})

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Kind = Schemas["Kind"];
export type Availability = Schemas["Availability"];
export type FileStatus = Schemas["Status"];
export type Sort = Schemas["Sort"];
export type FileItem = Schemas["FileItem"];
export type FilePage = Schemas["FilePage"];
export type FileDetail = Schemas["FileDetail"];
export type FileEvent = Schemas["FileEvent"];
export type Neighbor = Schemas["Neighbor"];
export type RootStatus = Schemas["RootStatus"];
export type Stats = Schemas["Stats"];
export type Facets = Schemas["Facets"];
export type DeadLetter = Schemas["DeadLetter"];
export type DeadLetterCount = Schemas["DeadLetterCount"];
export type WholeDeadLetter = Schemas["WholeDeadLetter"];
export type LetterState = Schemas["LetterState"];
export type Session = Schemas["Session"];
export type Problem = Schemas["Problem"];
export type Media = Schemas["Media"];
export type Stream = Schemas["Stream"];
export type Tags = Schemas["Tags"];
export type Chapter = Schemas["Chapter"];

// Everything a report needs to draw, behind one global name (see build.mjs).
export { default as embed } from "vega-embed";
export { expressionInterpreter } from "vega-interpreter";
export { version as vega } from "vega";
export { version as vegaLite } from "vega-lite";

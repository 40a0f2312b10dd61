import{b as a}from"./chunk-AANWLPZ6.js";import"./chunk-3RNHDNP5.js";export{a as initialize};

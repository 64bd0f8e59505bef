"""How the page of the API reference looks, in light and in the dark."""

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a3f4a); }
body { font: 1rem/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; padding: 0 0.75rem; }
summary { cursor: pointer; padding: 0.6rem 0; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 3.5rem; }
.get { color: light-dark(#0b6b3a, #6fd6a0); }
.post { color: light-dark(#1a4fb4, #8ab4ff); }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
#search { font: inherit; padding: 0.5rem 0.75rem; width: 100%; box-sizing: border-box; }
"""

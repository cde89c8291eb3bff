/* The links of the palette that lead to other pages with the selected words.

   Contract with the server: .palette-fact takes the place (revision, start, end, exact),
   .palette-echoes and .palette-concept the words; both keep what their address says already. */

const WORDS = [ // code points: one more than the server takes, so that it says so
  { link: ".palette-echoes", name: "q", most: 301 },
  { link: ".palette-concept", name: "wording", most: 201 },
];

export function lead(form, found) {
  const fact = form.querySelector(".palette-fact");
  if (fact) fact.search = new URLSearchParams(found);
  for (const { link, name, most } of WORDS) {
    const leading = form.querySelector(link);
    if (!leading) continue;
    const address = new URL(leading.href);
    address.searchParams.set(name, [...found.exact].slice(0, most).join(""));
    leading.href = address;
  }
}

/* The links of the palette that lead to other pages with the selected words.

   Contract with the server: .palette-fact takes the place (revision, start, end, exact),
   .palette-echoes the words as `q`; both keep what their address says already. */

const LONGEST = 301; // code points: one more than the server looks for, so that it says so

export function lead(form, found) {
  const fact = form.querySelector(".palette-fact");
  if (fact) fact.search = new URLSearchParams(found);
  const echoes = form.querySelector(".palette-echoes");
  if (!echoes) return;
  const address = new URL(echoes.href);
  address.searchParams.set("q", [...found.exact].slice(0, LONGEST).join(""));
  echoes.href = address;
}

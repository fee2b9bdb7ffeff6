// template[data-waiting]: how much waits in the inbox, renewed with the list; shown at [data-inbox-link].
// template[data-waiting-teams]: the same by team, shown in [data-team-chips] unless somebody is just choosing there.

document.addEventListener("polled", (event) => {
  const now = event.detail.querySelector("template[data-waiting]");
  const link = document.querySelector("[data-inbox-link]");
  if (!now || !link) return;
  link.querySelector("[data-inbox-count]")?.remove();
  link.append(now.content.cloneNode(true));
  const teams = event.detail.querySelector("template[data-waiting-teams]");
  const chips = document.querySelector("[data-team-chips]");
  if (!teams || !chips || chips.contains(document.activeElement)) return;
  chips.replaceChildren(teams.content.cloneNode(true));
  chips.hidden = !chips.childElementCount;
});

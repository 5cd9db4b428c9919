//! Everything that certgrab promises, tested with the real command, servers and libraries.
//!
//! The list below is the table of contents; each file has the tests of one capability.

mod support;

// Connecting to a server.
mod connecting;
mod devices;
mod following;
mod handshakes;
mod issuers;
mod not_tls;
mod old_servers;
mod placeholders;
mod proxies;
mod sources;
mod stacks;
mod starttls;
mod survey;
mod targets;
mod typos;
mod unreadable;
mod unsupported;

// Judging the chain.
mod addresses;
mod anchors;
mod announced_roots;
mod balancers;
mod between;
mod choosing;
mod client_certificates;
mod comparing;
mod consumers;
mod differential;
mod filters;
mod fingerprints;
mod graphs;
mod lab;
mod left_roots;
mod proofs;
mod readers;
mod reasons;
mod refusals;
mod roots;
mod verdicts;
mod verifying;

// Writing the result.
mod converting;
mod documents;
mod emitting;
mod files;
mod formats;
mod logs;
mod own_certificates;
mod replacing;
mod reports;
mod warnings;
mod writing;

// Many targets.
mod growth;
mod hosts;
mod html_report;
mod lists;
mod threads;

// In a repository.
mod asking;
mod bills_of_materials;
mod building;
mod check_actions;
mod check_forms;
mod check_matrix;
mod check_places;
mod check_repository;
mod checking;
mod integrating;
mod kconfig;
mod locks;
mod lookalikes;
mod mistakes;
mod misuses;
mod pem_decoders;
mod projects;
mod syncing;
mod turned_off;
mod unreadable_locks;

// Installing.
mod installing;

// The project as a whole.
mod architecture;
mod bounds;
mod demo;
mod errors;
mod faults;
mod languages;
mod limits;
mod page_commands;
mod promises;
mod readme;
mod repository;

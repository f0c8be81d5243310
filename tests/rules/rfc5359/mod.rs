//! RFC 5359, the services, as phones of the house see them: one test for each section. What a server of its own does there
//! (music, a park, a bridge) a phone does here.

mod section_2;

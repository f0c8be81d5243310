//! RFC 5359, the services, as phones of the house see them; one test for each section that phones and box
//! do together today.

mod section_2;

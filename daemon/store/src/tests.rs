mod cuts;
mod damage;
mod faults;
mod help;
mod keys;
mod round_trip;

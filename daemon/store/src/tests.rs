mod cuts;
mod damage;
mod faults;
mod full;
mod help;
mod keys;
mod round_trip;
mod travel;

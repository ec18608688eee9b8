/* station 阵地 – where people are served near their door. Everybody may see which there
 * are and ask for the nearest; who changes the ground opens, changes and ends them. One
 * ends with its place, and its door goes along when the place's point is put right. */
#ifndef JW_STATION_H
#define JW_STATION_H

#include "actor.h"
#include "tx.h"

/* Without a point of its own the door is the place's point, else its grid's label point;
 * without either it is on no map and near nobody. ERR_NOT_FOUND: no such place, or not
 * in the caller's part of the city. */
Err station_add(Tx *tx, const StationNew *in, const Actor *by, Station *ret, Fault *f);
Err station_change(Tx *tx, const StationChange *in, const Actor *by, Station *ret, Fault *f);

/* ERR_CONFLICT: it has ended already. */
Err station_end(Tx *tx, const StationEnd *in, const Actor *by, Station *ret, Fault *f);

/* Those open today; `within` selects by the path of their places. */
Err station_list(Tx *tx, const StationFind *in, const Actor *by, Page *ret, Fault *f);

/* The nearest ones open today, nearest first, within 20 km of a point, or of where a
 * door at that place would be. */
Err station_near(Tx *tx, const StationNear *in, const Actor *by, Page *ret, Fault *f);

/* For whoever changes places: the door follows, and the end too. */
Err stations_follow(Tx *tx, const Place *place, int32_t lon, int32_t lat, Fault *f);
Err stations_over(Tx *tx, PlaceId place, int32_t day, Fault *f);

#endif

import { nameDetector } from '../name-detector.ts'
import { isAboutPlaces } from '../people.ts'

/** Where someone or their device is. The place of a shop or a city is nobody's. */
export const geo = nameDetector({
  id: 'geo',
  label: 'pii.geo',
  families: ['text', 'decimal', 'geometry', 'json', 'other'],
  confidence: 0.75,
  phrases: `latitude longitude geolocation geocoordinate gpscoordinate gpsposition gpslocation latlng latlon lonlat
    coordinates coordinate homelocation currentlocation lastlocation breitengrad laengengrad langengrad geopunkt
    latitud longitud latitudine longitudine coordenada coordonnee breedtegraad lengtegraad`,
  ends: 'lat lng lon gps geopoint',
  not: 'offset system unit',
  factor: ({ table }) => (isAboutPlaces(table) ? 0 : 1),
})

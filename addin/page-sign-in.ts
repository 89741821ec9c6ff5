import { showFirstPage } from './sign-in-pages.ts'

const place = document.getElementById('page')
if (place) void showFirstPage(place)
